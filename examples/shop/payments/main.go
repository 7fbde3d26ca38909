package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
)

type charge struct {
	Token  string `json:"token"`
	Amount int    `json:"amount"`
}

func main() {
	router := gin.Default()
	router.GET("/healthz", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"ok": true}) })
	router.POST("/charges", createCharge)
	router.POST("/refunds", createRefund)
	router.Run(":9000")
}

func createCharge(c *gin.Context) {
	var wanted charge
	if err := c.BindJSON(&wanted); err != nil {
		return
	}
	body, _ := json.Marshal(wanted)
	request, _ := http.NewRequest(http.MethodPost, os.Getenv("STRIPE_API_URL")+"/v1/charges", bytes.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+os.Getenv("STRIPE_API_KEY"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		c.JSON(http.StatusBadGateway, gin.H{"error": "payment provider"})
		return
	}
	c.JSON(answer.StatusCode, gin.H{"charged": answer.StatusCode == http.StatusOK})
}

func createRefund(c *gin.Context) {
	request, _ := http.NewRequest(http.MethodPost, os.Getenv("STRIPE_API_URL")+"/v1/refunds", c.Request.Body)
	request.Header.Set("Authorization", "Bearer "+os.Getenv("STRIPE_API_KEY"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		c.JSON(http.StatusBadGateway, gin.H{"error": "payment provider"})
		return
	}
	c.JSON(answer.StatusCode, gin.H{"refunded": answer.StatusCode == http.StatusOK})
}
